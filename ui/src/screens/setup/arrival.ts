import { ref } from "vue";

/** `join`: one more desk of a station. `recover`: its last one burnt, and the recovery key brings it back. */
export type JoinWay = "join" | "recover";

/** How the station came to this PC just now; told on the page that opens it. */
export const arrivedBy = ref<JoinWay | null>(null);
