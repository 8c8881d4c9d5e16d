import { onBeforeUnmount, onMounted } from "vue";

/** Visitor types of the anonymous tiles, F5 to F10 in this order; the last stands for everybody else. */
export const TILES = ["01", "02", "03", "04", "09", "13"] as const;
const FIRST_KEY = 5;

/** Presses a tile by its function key while the screen is there. */
export function useTileKeys(press: (code: string) => void): void {
  const listen = (event: KeyboardEvent) => {
    const number = /^F(\d+)$/.exec(event.code)?.[1];
    const code = number && TILES[Number(number) - FIRST_KEY];
    if (!code) return;
    event.preventDefault();
    if (!event.repeat) press(code);
  };
  onMounted(() => window.addEventListener("keydown", listen));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen));
}
