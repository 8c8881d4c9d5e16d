// One person: the facts, and the visits page after page. Every reading of a whole page leaves a line in the trail, so
// nothing is read while the page lies behind another one.
import { useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { computed, onActivated, onDeactivated, ref } from "vue";
import { call } from "../../api/call";

export function useVisitor(visitor_id: string) {
  const isInFront = ref(true);
  onActivated(() => (isInFront.value = true));
  onDeactivated(() => (isInFront.value = false));
  const detail = useQuery({
    enabled: isInFront,
    queryKey: ["visitor", "visit", "service", "ticket", visitor_id],
    queryFn: () => call("visitor_get", { visitor_id }),
  });
  const pages = useInfiniteQuery({
    enabled: isInFront,
    queryKey: ["visitor", "visit", "service", "visits_of", visitor_id],
    queryFn: ({ pageParam }) => call("visitor_visits", { visitor_id, before: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const visits = computed(() => pages.data.value?.pages.flatMap((page) => page.rows) ?? []);
  return { detail, pages, visits };
}
