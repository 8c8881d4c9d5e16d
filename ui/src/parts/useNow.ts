import { onBeforeUnmount, ref } from "vue";

const TICK_MS = 5_000;

/** The moment, as often as a clock on screen needs it. */
export function useNow(tick_ms = TICK_MS) {
  const at = ref(Date.now());
  const ticking = window.setInterval(() => (at.value = Date.now()), tick_ms);
  onBeforeUnmount(() => window.clearInterval(ticking));
  return at;
}
