// Hears a scanner anywhere on the page and keeps what it typed out of whatever field had the focus.
import { BurstDetector } from "./burst";
import { useKeys } from "./useKeys";

type Field = HTMLInputElement | HTMLTextAreaElement;

/** `take` answers whether the code was one of ours; only then is it taken out of the field again. */
export function useScanner(take: (code: string) => boolean): void {
  const detector = new BurstDetector();
  let before: { field: Field; value: string } | null = null;

  useKeys((event) => {
    if (detector.begins(event.timeStamp)) before = remember(event.target);
    const code = detector.press({ code: event.code, at: event.timeStamp });
    if (code === null || !take(code)) return;
    event.preventDefault();
    event.stopPropagation();
    if (before) restore(before);
  });
}

function remember(target: EventTarget | null) {
  const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  return isField ? { field: target, value: target.value } : null;
}

/** Leaving the field for a moment ends what an input method was composing from the scanner's letters. */
function restore({ field, value }: { field: Field; value: string }): void {
  field.blur();
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
