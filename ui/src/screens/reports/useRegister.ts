// Lines of the register, page after page.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { call } from "../../api/call";
import { type Cut, toRegisterQuery } from "./columns";
import type { Period } from "./period";

export function useRegister(period: () => Period, cut: () => Cut) {
  const asked = computed(() => toRegisterQuery(period(), cut(), null));
  const pages = useInfiniteQuery({
    queryKey: ["visit", "service", "visitor", "register", asked],
    queryFn: ({ pageParam }) => call("report_register", { ...asked.value, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const lines = computed(() => pages.data.value?.pages.flatMap((page) => page.lines) ?? []);
  const unlinked = computed(() => pages.data.value?.pages[0]?.unlinked ?? []);
  return { pages, lines, unlinked };
}
