// Asks the hub again and again while somebody sits and waits for another PC; otherwise cycles come when they come.
import { onActivated, onBeforeUnmount, onDeactivated } from "vue";
import { call } from "../../api/call";

export const HURRY_EVERY_MS = 4_000;

export function useHurry(isWaiting: () => boolean): void {
  let isHere = true;
  onActivated(() => (isHere = true));
  onDeactivated(() => (isHere = false));
  const asking = window.setInterval(() => {
    if (isHere && isWaiting()) call("sync_now", null).catch(() => undefined);
  }, HURRY_EVERY_MS);
  onBeforeUnmount(() => window.clearInterval(asking));
}
