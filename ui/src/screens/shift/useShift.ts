// The shift as it stands now: shared by the bar, the counter and the shift page.
import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { call, toFailure } from "../../api/call";

export function useShift() {
  const query = useQuery({ queryKey: ["shift", "now"], queryFn: () => call("shift_now", null) });
  return {
    shift: query.data,
    isPending: query.isPending,
    failure: computed(() => (query.error.value ? toFailure(query.error.value) : null)),
    retry: () => void query.refetch(),
    onDuty: computed(() => (query.data.value?.duties ?? []).filter((duty) => duty.out_at === null)),
  };
}
