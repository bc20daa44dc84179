/** What is written on a card. Times are seconds since 1970, as cards have them. */
export interface CardMemory {
  readonly credentialId: string;
  readonly issueCounter: number;
  readonly starts: number | null;
  readonly ends: number | null;
  /** Numbers of entrances, sorted. */
  readonly entrances: readonly number[];
}

/** Whether both are e-mail addresses, and the same but for their case. */
export const isSameAddress = (one: string | null, other: string | null) =>
  one !== null && one.toLowerCase() === other?.toLowerCase();

/** A piece of plastic. */
export interface PlasticCard {
  readonly technology: 'ntag213' | 'mifare_classic_1k' | 'uid_only';
  readonly uid: string;
  memory: CardMemory | null;
}

export interface ModelIdentity {
  readonly id: string;
  key: string | null;
  fullName: string | null;
  email: string | null;
  phone: string | null;
}

export interface ModelUser {
  readonly id: string;
  name: string;
  email: string | null;
  phone: string | null;
  schedule: { readonly starts: number; readonly ends: number | null } | null;
  identityId: string | null;
  isSuspended: boolean;
  readonly grants: Set<string>;
}

export interface ModelEntrance {
  readonly id: string;
  readonly number: number;
  readonly name: string;
}

export interface ModelGroup {
  readonly id: string;
  name: string;
  readonly entranceIds: Set<string>;
  readonly userIds: Set<string>;
}

export interface ModelCredential {
  readonly id: string;
  readonly method: 'card' | 'code' | 'mobile_key' | 'cloud_key';
  userId: string | null;
  code: string | null;
  /** The card that carries it, by its uid. */
  cardUid: string | null;
  /** Whether the card carries more than its number. */
  isOnData: boolean;
  issueCounter: number;
  readonly entranceIds: Set<string>;
  /** Milliseconds since 1970. */
  starts: number | null;
  ends: number | null;
  readonly wasMoved: boolean;
  readonly isMultiPhone: boolean;
}

export interface ModelSession {
  readonly id: string;
  readonly token: string;
  readonly key: string;
  isRevoked: boolean;
}

export interface ModelWebhook {
  readonly id: string;
  readonly url: string;
  types: readonly string[];
}

export interface ModelEvent {
  readonly type: string;
  /** The id of what it is about. */
  readonly subject: string;
  /** The webhooks that must hear of it. */
  readonly webhookIds: readonly string[];
}

/** The number that people read on a card. */
export const cardNumberOf = ({ uid }: Pick<PlasticCard, 'uid'>): string => BigInt(`0x${uid}`).toString();

/** What the site should be by now, as plain lists in the order in which things were made: the rules again, in the fewest words. */
export class SiteModel {
  identities: ModelIdentity[] = [];
  users: ModelUser[] = [];
  entrances: ModelEntrance[] = [];
  /** Every number that an entrance ever had. */
  readonly usedNumbers = new Set<number>();
  groups: ModelGroup[] = [];
  credentials: ModelCredential[] = [];
  sessions: ModelSession[] = [];
  webhooks: ModelWebhook[] = [];
  readonly events: ModelEvent[] = [];
  readonly cards: readonly PlasticCard[] = [
    { technology: 'ntag213', uid: '04A1A1A1A1A1A1', memory: null },
    { technology: 'ntag213', uid: '04B2B2B2B2B2B2', memory: null },
    { technology: 'mifare_classic_1k', uid: 'C3C3C3C3', memory: null },
    { technology: 'uid_only', uid: '04D4D4D4D4D4D4', memory: null },
  ];

  announce(type: string, subject: string): void {
    const hears = ({ types }: ModelWebhook) => types.includes('*') || types.includes(type);
    this.events.push({ type, subject, webhookIds: this.webhooks.filter(hears).map(({ id }) => id) });
  }

  user(id: string | null): ModelUser | null {
    return this.users.find((user) => user.id === id) ?? null;
  }

  /** The user who an identity is, or becomes: the only one who has its e-mail address or phone number and is nobody yet. */
  userOfIdentity(identity: ModelIdentity): ModelUser | null {
    const linked = this.users.find(({ identityId }) => identityId === identity.id);
    if (linked !== undefined) return linked;
    const [known, ...others] = this.users.filter(
      ({ identityId, email, phone }) =>
        identityId === null &&
        (isSameAddress(email, identity.email) || (phone !== null && phone === identity.phone)),
    );
    return known === undefined || others.length > 0 ? null : known;
  }

  /** What grants and groups let a user open, suspended or not. */
  grantsOf(user: ModelUser): ReadonlySet<string> {
    const groups = this.groups.filter(({ userIds }) => userIds.has(user.id));
    return new Set([...user.grants, ...groups.flatMap(({ entranceIds }) => [...entranceIds])]);
  }

  opensOfUser(user: ModelUser): ReadonlySet<string> {
    if (user.isSuspended) return new Set();
    const own = this.credentials.filter(({ userId }) => userId === user.id);
    return new Set([...this.grantsOf(user), ...own.flatMap(({ entranceIds }) => [...entranceIds])]);
  }

  opensOfCredential({ userId, entranceIds }: ModelCredential): ReadonlySet<string> {
    const holder = this.user(userId);
    return holder === null || holder.isSuspended
      ? new Set()
      : new Set([...entranceIds, ...this.grantsOf(holder)]);
  }

  /** What a card that carries the credential must have in its memory. */
  memoryFor(credential: ModelCredential): CardMemory {
    const seconds = (at: number | null) => (at === null ? null : Math.floor(at / 1000));
    const opens = this.opensOfCredential(credential);
    const schedule = this.user(credential.userId)?.schedule;
    const isTime = (at: number | null | undefined) => at != null;
    const starts = [credential.starts, schedule?.starts].filter(isTime);
    const ends = [credential.ends, schedule?.ends].filter(isTime);
    return {
      credentialId: credential.id,
      issueCounter: credential.issueCounter,
      starts: seconds(starts.length === 0 ? null : Math.max(...starts)),
      ends: seconds(ends.length === 0 ? null : Math.min(...ends)),
      entrances: this.entrances.filter(({ id }) => opens.has(id)).map(({ number }) => number),
    };
  }

  /** The credential that the site has on a card: the one that it was issued with, else the one that it is registered for. */
  knownOn(card: PlasticCard): ModelCredential | null {
    const onCard = this.credentials.find(({ cardUid }) => cardUid === card.uid);
    const names = [cardNumberOf(card), card.uid];
    const isRegistered = ({ method, cardUid, code }: ModelCredential) =>
      method === 'card' && cardUid === null && code !== null && names.includes(code);
    return onCard ?? this.credentials.find(isRegistered) ?? null;
  }

  needsReissue(credential: ModelCredential): boolean {
    if (!credential.isOnData) return false;
    const card = this.cards.find(({ uid }) => uid === credential.cardUid);
    return !isSame(card?.memory ?? null, this.memoryFor(credential));
  }

  /** Whether a scan must say that the card and the site differ. */
  isOutOfSync(card: PlasticCard, credential: ModelCredential): boolean {
    const { memory } = card;
    const isByNumber = !credential.isOnData;
    if (memory === null || this.credentials.every(({ id }) => id !== memory.credentialId)) return !isByNumber;
    if (credential.cardUid !== card.uid) return true;
    return !isSame(memory, this.memoryFor(credential));
  }

  /** The credential that a scan of the card brings. */
  scanned(card: PlasticCard): ModelCredential | null {
    const named = this.credentials.find(({ id }) => id === card.memory?.credentialId);
    return named ?? this.knownOn(card);
  }

  displayName({ method, cardUid, code, isMultiPhone }: ModelCredential): string {
    const number = cardUid === null ? code : cardNumberOf({ uid: cardUid });
    switch (method) {
      case 'card':
        return number === null ? 'Card' : `Card ${number.slice(0, 3)}***`;
      case 'code':
        return `Code ${code?.slice(0, 2)}${'*'.repeat(Math.max(0, (code ?? '').length - 2))}`;
      case 'mobile_key':
        return isMultiPhone ? 'Multi Phone Sync Credential' : 'Mobile Key';
      case 'cloud_key':
        return 'Cloud Key';
    }
  }

  warnings(credential: ModelCredential): readonly string[] {
    const waits = credential.method === 'card' && credential.cardUid === null;
    return [
      ...(waits ? ['waiting_to_be_issued'] : []),
      ...(this.needsReissue(credential) ? ['needs_to_be_reissued'] : []),
      ...(credential.wasMoved ? ['schedule_modified'] : []),
    ].toSorted();
  }
}

const isSame = (one: CardMemory | null, other: CardMemory): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
