// The shift as it stands now: shared by the bar, the counter and the shift page.
import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { call } from "../../api/call";

export function useShift() {
  const query = useQuery({ queryKey: ["shift", "now"], queryFn: () => call("shift_now", null) });
  const onDuty = computed(() => (query.data.value?.duties ?? []).filter((duty) => duty.out_at === null));
  return { query, shift: query.data, onDuty };
}
