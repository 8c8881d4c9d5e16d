// Opening, handing over, closing: one round each, and who is on duty afterwards.
import { computed, ref, watch } from "vue";
import { call } from "../../api/call";
import { useTry } from "../../parts/useTry";
import { useSession } from "../useSession";
import { beginRound, isWalked, resultsOf, type Round } from "./round";
import { useShift } from "./useShift";

export type Turn = "open" | "hand_over" | "close";

export function useDay() {
  const { query, shift, onDuty } = useShift();
  const { session, status } = useSession();
  const { failure, busy, attempt } = useTry();
  const turn = ref<Turn | null>(null);
  const round = ref<Round>([]);
  const coming = ref<string[]>([]);
  const staff = computed(() => status.value?.staff ?? []);
  const isReady = computed(() => isWalked(round.value) && (turn.value !== "hand_over" || coming.value.length > 0));
  const offDuty = computed(() => staff.value.filter(({ id }) => !onDuty.value.some((duty) => duty.staff_id === id)));

  /** A shut station waits for its opening round and for nothing else. */
  watch(
    () => shift.value?.is_open,
    (isOpen) => {
      if (isOpen === false) begin("open");
      else turn.value = null;
    },
    { immediate: true },
  );

  function begin(wanted: Turn): void {
    turn.value = wanted;
    round.value = beginRound(shift.value?.check_names ?? []);
    coming.value = session.value ? [session.value.staff_id] : [];
  }

  function finish(): void {
    void attempt(async () => {
      const checks = resultsOf(round.value);
      if (turn.value === "open") await call("shift_open", { checks });
      else if (turn.value === "close") await call("shift_close", { checks });
      else await call("shift_hand_over", { checks, staff_ids: coming.value });
      turn.value = null;
    });
  }

  const signIn = (staff_id: string) => void attempt(async () => void (await call("shift_sign_in", { staff_id })));
  const signOut = (staff_id: string) => void attempt(async () => void (await call("shift_sign_out", { staff_id })));
  return {
    query,
    shift,
    onDuty,
    offDuty,
    staff,
    turn,
    round,
    coming,
    isReady,
    failure,
    busy,
    begin,
    finish,
    signIn,
    signOut,
  };
}
