import { call } from "../../api/call";
import { useTry } from "../../parts/useTry";

/** Begins a cycle now; how it went is told by the state, not by this call. */
export function useSyncNow() {
  const { failure, busy, attempt } = useTry();
  const syncNow = () => void attempt(async () => void (await call("sync_now", null)));
  return { failure, busy, syncNow };
}
