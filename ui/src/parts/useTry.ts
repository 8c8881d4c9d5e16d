import { ref } from "vue";
import { toFailure } from "../api/call";
import type { Failure } from "../api/generated";

/** Runs an action once at a time and keeps its failure for the screen; what was typed stays where it is. */
export function useTry() {
  const failure = ref<Failure | null>(null);
  const busy = ref(false);
  async function attempt(action: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    failure.value = null;
    try {
      await action();
    } catch (error) {
      failure.value = toFailure(error);
    } finally {
      busy.value = false;
    }
  }
  return { failure, busy, attempt };
}
