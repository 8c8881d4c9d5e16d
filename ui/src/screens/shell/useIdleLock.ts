// Locks the desk when nobody has touched it for a while, and tells the program behind now and then that somebody is there.
import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from "vue";
import { call } from "../../api/call";

export const IDLE_MS = 5 * 60_000;
const TELL_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
const SIGNS = ["keydown", "pointerdown", "wheel"] as const;

export function useIdleLock(): void {
  let touchedAt = Date.now();
  let toldAt = Date.now();
  let looking = 0;

  function touched(): void {
    touchedAt = Date.now();
    if (touchedAt - toldAt < TELL_EVERY_MS) return;
    toldAt = touchedAt;
    call("session_active", null).catch(() => undefined);
  }
  function look(): void {
    if (Date.now() - touchedAt >= IDLE_MS) call("session_lock", null).catch(() => undefined);
  }
  function begin(): void {
    end();
    touchedAt = Date.now();
    SIGNS.forEach((sign) => window.addEventListener(sign, touched, { capture: true, passive: true }));
    looking = window.setInterval(look, LOOK_EVERY_MS);
  }
  function end(): void {
    window.clearInterval(looking);
    SIGNS.forEach((sign) => window.removeEventListener(sign, touched, { capture: true }));
  }
  onMounted(begin);
  onActivated(begin);
  onDeactivated(end);
  onBeforeUnmount(end);
}
