import { computed, onBeforeUnmount, ref } from "vue";
import { useI18n } from "vue-i18n";

const TICK_MS = 5_000;

/** Date, weekday and minute in the user's language, in the station's time. */
export function useNow() {
  const { locale } = useI18n();
  const at = ref(Date.now());
  const ticking = window.setInterval(() => (at.value = Date.now()), TICK_MS);
  onBeforeUnmount(() => window.clearInterval(ticking));
  return computed(() =>
    new Date(at.value).toLocaleString(locale.value, {
      month: "short",
      day: "numeric",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hour12: false,
      timeZone: "Asia/Shanghai",
    }),
  );
}
