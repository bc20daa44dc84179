import { useCallback } from 'preact/hooks';
import { useToast } from '../components/toast.tsx';
import { asDeskError } from '../connection.ts';
import { useDesk } from '../desk.tsx';
import { wordsOfError } from '../error-words.ts';
import type { MessageKey } from '../i18n.ts';
import { useWords } from '../words.tsx';

/** How an order ended: the daemon's answer, or null where it refused, which the person was told. */
type Order = (
  path: string,
  params: object,
  refusals?: Readonly<Record<string, MessageKey>>,
) => Promise<object | null>;

/** Orders the daemon to do something. A refusal is shown, in words of its own where `refusals` has some for its code. */
export function useOrder(): Order {
  const words = useWords();
  const { desk } = useDesk();
  const show = useToast();
  return useCallback<Order>(
    async (path, params, refusals = {}) => {
      try {
        return await desk.request(path, params);
      } catch (reason) {
        const error = asDeskError(reason);
        const own = refusals[error.code];
        show({ text: own === undefined ? wordsOfError(error, words) : words.t(own), isBad: true });
        return null;
      }
    },
    [desk, show, words],
  );
}
