import { useQuery } from "@tanstack/vue-query";
import { computed, reactive } from "vue";
import { toFailure } from "../api/call";

/** A query as a list shows it: rows, whether they are still to come, and the sentence when they do not. */
export function useList<Row>(kinds: string[], read: () => Promise<Row[]>) {
  const query = useQuery<Row[]>({ queryKey: kinds, queryFn: read });
  return reactive({
    rows: computed(() => query.data.value ?? []),
    isPending: query.isPending,
    failure: computed(() => (query.error.value ? toFailure(query.error.value) : null)),
    retry: () => void query.refetch(),
  });
}
