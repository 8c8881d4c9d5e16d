import { useKeys } from "../../parts/useKeys";

/** Visitor types of the anonymous tiles, F5 to F9 in this order; F10 opens the others. */
export const TILES = ["01", "02", "03", "04", "09"] as const;
export const OTHERS = "others";
const FIRST_KEY = 5;

/** Presses a tile by its function key while the screen is there. */
export function useTileKeys(press: (tile: string) => void): void {
  useKeys((event) => {
    const number = /^F(\d+)$/.exec(event.code)?.[1];
    const tile = number && [...TILES, OTHERS][Number(number) - FIRST_KEY];
    if (!tile) return;
    event.preventDefault();
    if (!event.repeat) press(tile);
  });
}
