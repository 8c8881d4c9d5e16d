// Becoming a desk of a station that stands elsewhere, or bringing it back with the recovery key: asking, and how far it is.
import { computed, onBeforeUnmount, reactive, ref } from "vue";
import { call, queries, toFailure } from "../../api/call";
import type { JoinStatus } from "../../api/generated";
import { useTry } from "../../parts/useTry";
import { GROUPS, stateOf } from "../sealed/recoveryGroups";
import { type HubForm, emptyHubForm, isWhole, toAddress, toHubRequest } from "../sync/hubForm";
import { type JoinWay, arrivedBy } from "./arrival";

export const LOOK_EVERY_MS = 1_000;
/** Before and after it, the form stands. */
const UNDER_WAY: JoinStatus["step"][] = ["asking", "waiting_for_keys", "pulling", "done"];

export function isUnderWay(status: JoinStatus | null): boolean {
  return status !== null && UNDER_WAY.includes(status.step);
}

export function useJoin(way: JoinWay, first: JoinStatus | null = null) {
  const { failure, busy, attempt } = useTry();
  const form = reactive<HubForm & { groups: string[] }>({
    ...emptyHubForm(),
    groups: Array.from({ length: GROUPS }, () => ""),
  });
  const status = ref<JoinStatus | null>(first);
  const progress = computed(() => (isUnderWay(status.value) ? status.value : null));
  const isReady = computed(() =>
    way === "join"
      ? isWhole(form)
      : toAddress(form.address) !== "" && form.device_name.trim() !== "" && form.groups.every(isGood),
  );
  let looking = 0;
  let turn = 0;

  const start = () =>
    attempt(async () => {
      const { address, code, device_name } = toHubRequest(form);
      if (way === "join") await call("desk_join", { address, code, device_name });
      else await call("desk_recover", { address, groups: form.groups, device_name });
      status.value = { step: "asking", fingerprint: null, rows: 0, code: null };
      lookSoon();
    });

  const cancel = () =>
    attempt(async () => {
      rest();
      await call("desk_join_cancel", null);
      status.value = null;
    });

  async function look(): Promise<void> {
    const asked = turn;
    try {
      const seen = await call("desk_join_status", null);
      if (asked === turn) await take(seen);
    } catch (error) {
      if (asked !== turn) return;
      // Once the station stands here, this question is for nobody any more: `call` has the phase read again.
      if (toFailure(error).code === "not_allowed") return arrive();
      lookSoon();
    }
  }

  async function take(seen: JoinStatus): Promise<void> {
    status.value = seen;
    if (seen.step === "done") return arrive();
    if (seen.step === "failed") failure.value = { code: seen.code ?? "internal", params: {} };
    if (isUnderWay(seen)) lookSoon();
  }

  async function arrive(): Promise<void> {
    rest();
    arrivedBy.value = way;
    await queries.invalidateQueries({ queryKey: ["session"] });
  }

  function lookSoon(): void {
    window.clearTimeout(looking);
    looking = window.setTimeout(() => void look(), LOOK_EVERY_MS);
  }
  function rest(): void {
    turn += 1;
    window.clearTimeout(looking);
  }

  if (isUnderWay(first)) lookSoon();
  onBeforeUnmount(rest);
  return { form, progress, isReady, failure, busy, start, cancel };
}

const isGood = (group: string) => stateOf(group) === "good";
