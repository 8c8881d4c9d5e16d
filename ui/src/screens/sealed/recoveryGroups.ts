// The printed recovery key as it is typed from paper: eight groups of four characters and a check character.
export const GROUPS = 8;
const GROUP_CHARS = 5;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export type GroupState = "empty" | "partial" | "good" | "wrong";

export function toGroup(text: string): string {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "");
}

export function stateOf(group: string): GroupState {
  if (group.length === 0) return "empty";
  if (group.length < GROUP_CHARS) return "partial";
  return group.length === GROUP_CHARS && group.at(-1) === checkChar(group.slice(0, -1)) ? "good" : "wrong";
}

/** All groups of a pasted key, or nothing when it is not the whole key. */
export function groupsOf(pasted: string): string[] | null {
  const plain = toGroup(pasted);
  if (plain.length !== GROUPS * GROUP_CHARS) return null;
  return Array.from({ length: GROUPS }, (_, i) => plain.slice(i * GROUP_CHARS, (i + 1) * GROUP_CHARS));
}

/** ISO 7064 MOD 37,36, the same as in `crates/domain/src/check.rs`. */
export function checkChar(body: string): string {
  const product = [...body].reduce((before, char) => {
    const sum = (before + ALPHABET.indexOf(char)) % 36 || 36;
    return (sum * 2) % 37;
  }, 36);
  return ALPHABET[(37 - (product % 37)) % 36]!;
}
