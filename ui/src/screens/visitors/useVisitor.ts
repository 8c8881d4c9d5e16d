// One person: the facts, and the visits page after page.
import { useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { call } from "../../api/call";

export function useVisitor(visitor_id: string) {
  const detail = useQuery({
    queryKey: ["visitor", "visit", "service", "ticket", visitor_id],
    queryFn: () => call("visitor_get", { visitor_id }),
  });
  const pages = useInfiniteQuery({
    queryKey: ["visitor", "visit", "service", "visits_of", visitor_id],
    queryFn: ({ pageParam }) => call("visitor_visits", { visitor_id, before: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const visits = computed(() => pages.data.value?.pages.flatMap((page) => page.rows) ?? []);
  return { detail, pages, visits };
}
