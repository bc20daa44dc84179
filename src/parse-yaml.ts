import { type ErrorCode, Lexer, parse, YAMLParseError } from 'yaml';

const PARTNERS: Readonly<Record<string, string>> = { '}': '{', ']': '[' };

/** All of a text between quotes, as the lexer gives it. */
const QUOTED = /^(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^']|'')*')$/;

/** How the lexer says that brackets end without being closed. */
const BROKEN_OFF = '\u0018';

/** Marks of the lexer that are no text of the file. */
const MARKS = ['\u0002', '\u001F', BROKEN_OFF];

const WORDS: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: 'a \\ between double quotes begins something that YAML does not know: use single quotes',
  BAD_INDENT: 'it does not begin in the same column as the lines that it belongs to',
  BAD_SCALAR_START: 'a text that begins with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'there is a second name where a value should end: one ":" too many, or the next line is indented too far',
  DUPLICATE_KEY: 'this name is there already',
  MISSING_CHAR: 'a name has no ":" behind it',
  MULTILINE_IMPLICIT_KEY: 'a name has no ":" behind it',
  MULTIPLE_DOCS: 'a second document begins with this ---: there may be one only',
  TAB_AS_INDENT: 'it is indented with a tab: use spaces',
};

/** What a text in YAML holds. Throws an Error for whoever has to correct it, where it is none: `line 1: the { is never closed`. */
export function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(problemOf(text, error), { cause: error });
  }
}

function problemOf(text: string, error: unknown): string {
  const unclosed = unclosedIn(text);
  if (unclosed !== null) return unclosed;
  if (!(error instanceof YAMLParseError)) return error instanceof Error ? error.message : String(error);
  const [detail = ''] = error.message.split(/ at line \d+|\n/);
  const line = error.linePos?.[0].line;
  return `${line === undefined ? '' : `line ${line}: `}${WORDS[error.code] ?? detail}`;
}

/** The innermost bracket or quote that is not closed, or a bracket that closes none; the parser names the place where it noticed. */
function unclosedIn(text: string): string | null {
  const open: { readonly sign: string; readonly line: number }[] = [];
  let line = 1;
  const notClosed = () => {
    const last = open.at(-1);
    return last === undefined ? null : `line ${last.line}: the ${last.sign} is never closed`;
  };
  for (const token of new Lexer().lex(text)) {
    const partner = PARTNERS[token];
    if (token === BROKEN_OFF && open.length > 0) break;
    if (token === '{' || token === '[') open.push({ sign: token, line });
    if (partner !== undefined) {
      if (open.length === 0) return `line ${line}: the ${token} closes nothing`;
      if (open.at(-1)?.sign !== partner) break;
      open.pop();
    }
    const quote = /^["']/.exec(token)?.[0];
    if (quote !== undefined && !QUOTED.test(token)) return `line ${line}: the ${quote} is never closed`;
    if (!MARKS.includes(token)) line += token.split('\n').length - 1;
  }
  return notClosed();
}
