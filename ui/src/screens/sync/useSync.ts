// How far this desk agrees with its hub, read again and again. One asker for the whole window; screens read its answer.
import { useQuery } from "@tanstack/vue-query";
import type { Ref } from "vue";
import { call } from "../../api/call";

export const POLL_MS = 2_000;
/** Not the noun `sync`: the answer itself says that it touched that, and must not ask for itself again. */
export const KEY = ["sync_status"];
const ask = () => call("sync_status", null);

/** Keeps asking while a store is open, also behind the lock; the answer's touched kinds refresh every screen. */
export function watchSync(isOpen: Ref<boolean>): void {
  useQuery({
    queryKey: KEY,
    queryFn: ask,
    enabled: isOpen,
    refetchInterval: POLL_MS,
    refetchIntervalInBackground: true,
  });
}

export function useSync() {
  const { data: status, isError } = useQuery({ queryKey: KEY, queryFn: ask, enabled: false });
  return { status, isUnknown: isError };
}
