// Tells a wedge scanner from fingers: at least six characters, median gap at most 50 ms, ended by Enter.
const GAP_MAX_MS = 50;
const CHARS_MIN = 6;
const FORGET_MS = 500;

type Key = { code: string; at: number };

export class BurstDetector {
  private keys: { char: string; at: number }[] = [];

  /** Feeds a key; returns the scanned text when this key ends a burst. */
  press({ code, at }: Key): string | null {
    if (code === "Enter" || code === "NumpadEnter") return this.finish();
    const char = charOf(code);
    const last = this.keys.at(-1);
    if (last && at - last.at > FORGET_MS) this.keys = [];
    if (char) this.keys.push({ char, at });
    return null;
  }

  private finish(): string | null {
    const keys = this.keys;
    this.keys = [];
    if (keys.length < CHARS_MIN) return null;
    const gaps = keys.slice(1).map((key, i) => key.at - keys[i]!.at);
    gaps.sort((a, b) => a - b);
    return gaps[Math.floor(gaps.length / 2)]! <= GAP_MAX_MS ? keys.map((k) => k.char).join("") : null;
  }
}

/** The key's place, not the character an input method would make of it. */
function charOf(code: string): string | null {
  const match = /^(?:Key([A-Z])|Digit([0-9])|Numpad([0-9]))$/.exec(code);
  return match ? (match[1] ?? match[2] ?? match[3] ?? null) : null;
}
