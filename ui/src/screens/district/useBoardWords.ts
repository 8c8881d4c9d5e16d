// A problem of the board in words. What comes with a later program than this one is shown as it is written.
import { useI18n } from "vue-i18n";
import { useCodes } from "../codes/useCodes";

export function useBoardWords() {
  const { t, te } = useI18n();
  const { categoryWord } = useCodes();
  const known = (key: string, otherwise: string) => (te(key) ? t(key) : otherwise);
  const orDash = (value: string | null, word: (value: string) => string) => (value === null ? "–" : word(value));

  /** A station's own category has its word only there. */
  function category(code: string | null): string {
    if (code === null) return t("ticket.unsure");
    const word = categoryWord(code);
    return word === code ? t("district.own_category", { code }) : word;
  }
  return {
    category,
    level: (level: string | null) => orDash(level, (one) => known(`district.level_${one}`, one)),
    state: (state: string) => known(`district.ticket_${state}`, state),
    unit: (unit: string | null) => orDash(unit, (one) => known(`district.unit_${one}`, one)),
  };
}
