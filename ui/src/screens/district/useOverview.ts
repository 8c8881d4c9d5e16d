// The stations of the district as this desk knows them. Its own store answers, so that it may be asked often.
import { useQuery } from "@tanstack/vue-query";
import { onActivated, onDeactivated, ref } from "vue";
import { call } from "../../api/call";

/** Somebody may be joining, and two people wait with a telephone in their hands. */
const LOOK_EVERY_MS = 3_000;

export function useOverview() {
  const isInFront = ref(true);
  onActivated(() => (isInFront.value = true));
  onDeactivated(() => (isInFront.value = false));
  return useQuery({
    queryKey: ["board", "sync", "overview"],
    queryFn: () => call("district_overview", null),
    enabled: isInFront,
    staleTime: 0,
    refetchInterval: LOOK_EVERY_MS,
  });
}
