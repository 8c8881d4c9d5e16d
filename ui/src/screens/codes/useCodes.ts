// The words of the code lists: the station's own where it renamed an entry, the built-in ones otherwise.
import { useQuery } from "@tanstack/vue-query";
import { useI18n } from "vue-i18n";
import { call } from "../../api/call";
import type { CodeItem } from "../../api/generated";

export function useCodes() {
  const { t, te } = useI18n();
  const lists = useQuery({ queryKey: ["station", "codes"], queryFn: () => call("code_lists", null) });

  function word(noun: string, list: CodeItem[] | undefined, code: string): string {
    const own = list?.find((item) => item.code === code)?.label;
    return own ?? (te(`${noun}.${code}`) ? t(`${noun}.${code}`) : code);
  }
  const typeWord = (code: string) => word("visitor_type", lists.data.value?.visitor_types, code);
  const platformWord = (code: string) => word("platform", lists.data.value?.platforms, code);
  const itemWord = (code: string) => word("service", lists.data.value?.service_items, code);
  const categoryWord = (code: string) => word("category", lists.data.value?.ticket_categories, code);

  /** What a form may offer: entries in use, and the one that is chosen already. */
  function typeOptions(chosen = "") {
    const types = lists.data.value?.visitor_types ?? [];
    return types
      .filter((item) => !item.retired || item.code === chosen)
      .map(({ code }) => ({ value: code, label: typeWord(code) }));
  }
  function platformOptions(chosen = "") {
    const platforms = lists.data.value?.platforms ?? [];
    const offered = platforms.filter((item) => !item.retired || item.code === chosen);
    return [
      { value: "", label: t("app.none") },
      ...offered.map(({ code }) => ({ value: code, label: platformWord(code) })),
    ];
  }
  return { lists, typeWord, platformWord, itemWord, categoryWord, typeOptions, platformOptions };
}
