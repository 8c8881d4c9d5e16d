// The words of a tray: which record, which of its fields, and a stored value as its form would show it.
import { useI18n } from "vue-i18n";
import type { ConflictRow, RefusedField, RefusedRow } from "../../api/generated";
import { useDates } from "../../parts/dates";
import { toWeek } from "../station/openingHours";
import { useCodes } from "../codes/useCodes";

const DATES = ["valid_until_on", "as_of_on", "expires_on", "business_on"];
const MOMENTS = ["at", "given_at", "reopen_at"];
const SWITCHES = ["is_active", "is_retired", "is_sensitive", "is_alive"];
/** Values that are codes of a list of texts, by field. */
const CODES: Record<string, string> = { role: "role", level: "level", indicator: "indicator" };

export function useWords() {
  const { t, te } = useI18n();
  const dates = useDates();
  const { typeWord, platformWord, itemWord, categoryWord } = useCodes();
  const known = (key: string, otherwise: string) => (te(key) ? t(key) : otherwise);

  const kindWord = (kind: string) => known(`sync.kind_${kind}`, t("sync.kind_other"));
  const fieldWord = (field: string) => known(`field.${field}`, field);
  const titleOf = ({ kind, label, field }: ConflictRow) =>
    t(label ? "sync.conflict_of" : "sync.conflict_of_bare", { kind: kindWord(kind), label, field: fieldWord(field) });

  const refusedTitle = ({ kind, label }: RefusedRow) =>
    label ? t("sync.refused_of", { kind: kindWord(kind), label }) : kindWord(kind);
  /** What was written and has words; what a person cannot read is left out. */
  const linesOf = ({ fields }: RefusedRow) =>
    fields
      .filter(({ field, text }: RefusedField) => te(`field.${field}`) && text !== null && text !== "")
      .map(({ field, text }) => t("sync.refused_value", { field: fieldWord(field), value: valueWord(field, text) }));

  function valueWord(field: string, text: string | null): string {
    if (text === null || text === "") return t("sync.value_empty");
    if (field === "visitor_type") return typeWord(text);
    if (field === "platform") return platformWord(text);
    if (field === "item") return itemWord(text);
    if (field === "category") return categoryWord(text);
    if (MOMENTS.includes(field)) return dates.moment(Number(text));
    if (field === "opening_rules") return hoursWord(text);
    if (DATES.includes(field)) return dates.long(text);
    if (SWITCHES.includes(field)) return t(`sync.${field}_${isOn(text) ? "yes" : "no"}`);
    const list = CODES[field];
    return list ? known(`${list}.${text}`, text) : text;
  }

  /** Day by day; what is no list of opening hours is shown as it stands. */
  function hoursWord(text: string): string {
    try {
      const days = toWeek(JSON.parse(text)).map((parts, i) => {
        const spans = parts.map(({ opens, closes }) => `${opens}–${closes}`).join(t("app.comma"));
        return `${t(`hours.day_${i + 1}`)} ${spans || t("hours.closed")}`;
      });
      return days.join("\n");
    } catch {
      return text;
    }
  }
  return { kindWord, titleOf, refusedTitle, linesOf, valueWord };
}

function isOn(text: string): boolean {
  return text === "1" || text === "true";
}
