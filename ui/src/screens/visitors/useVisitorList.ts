// The list of registered persons: search, filter, page after page; and whom to print cards for.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/vue-query";
import { computed, onBeforeUnmount, ref, watch } from "vue";
import { call } from "../../api/call";

const SEARCH_AFTER_MS = 200;
/** Ten sheets of eight: more than that is an import, not a counter's errand. */
export const CARDS_MAX = 80;

export function useVisitorList() {
  const typed = ref("");
  const text = ref("");
  const visitorType = ref("");
  const chosen = ref<string[]>([]);
  let typing = 0;
  watch(typed, (now) => {
    window.clearTimeout(typing);
    typing = window.setTimeout(() => (text.value = now.trim()), SEARCH_AFTER_MS);
  });
  onBeforeUnmount(() => window.clearTimeout(typing));

  const pages = useInfiniteQuery({
    queryKey: ["visitor", "list", text, visitorType],
    queryFn: ({ pageParam }) =>
      call("visitor_list", { text: text.value, visitor_type: visitorType.value || null, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const rows = computed(() => pages.data.value?.pages.flatMap((page) => page.rows) ?? []);
  const total = computed(() => pages.data.value?.pages[0]?.total ?? 0);
  const isFiltered = computed(() => text.value !== "" || visitorType.value !== "");

  function toggle(id: string): void {
    chosen.value = toggled(chosen.value, id);
  }
  return { typed, visitorType, chosen, pages, rows, total, isFiltered, toggle };
}

/** The choice with this one in or out; a full choice takes nobody more. */
export function toggled(chosen: string[], id: string): string[] {
  if (chosen.includes(id)) return chosen.filter((other) => other !== id);
  return chosen.length < CARDS_MAX ? [...chosen, id] : chosen;
}
