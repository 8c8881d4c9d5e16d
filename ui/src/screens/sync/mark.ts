// The state of sync as a person reads it: which sentence, how loud, which icon. Asks nobody and formats no time.
import {
  CircleCheckFilled,
  CircleCloseFilled,
  Connection,
  MostlyCloudy,
  QuestionFilled,
  Refresh,
  Upload,
  WarningFilled,
} from "@element-plus/icons-vue";
import type { Component } from "vue";
import type { SyncState, SyncStatus } from "../../api/generated";

/** `quiet`: nothing to do with anybody. `calm`: works as usual, though not agreed yet. */
export type Tone = "quiet" | "done" | "calm" | "alarm";
/** `key` is a text of the noun `sync`; `n` a number in it, `at` a moment in it, `reason` a code to be put in words. */
export type Mark = { key: string; tone: Tone; icon: Component; n?: number; at?: number; reason?: string };

type Draw = (status: SyncStatus) => Mark;
const MARKS: Record<SyncState, Draw> = {
  alone: () => ({ key: "alone", tone: "quiet", icon: Connection }),
  agreed: ({ last_success_at: at }) =>
    at === null
      ? { key: "agreed", tone: "done", icon: CircleCheckFilled }
      : { key: "agreed_at", tone: "done", icon: CircleCheckFilled, at },
  running: () => ({ key: "running", tone: "done", icon: Refresh }),
  behind: ({ waiting: n }) => ({ key: "behind", tone: "calm", icon: Upload, n }),
  offline: ({ waiting: n }) =>
    n > 0
      ? { key: "offline_waiting", tone: "calm", icon: MostlyCloudy, n }
      : { key: "offline", tone: "calm", icon: MostlyCloudy },
  stopped: ({ stopped_code }) => ({
    key: "stopped",
    tone: "alarm",
    icon: WarningFilled,
    reason: stopped_code ?? "internal",
  }),
  revoked: () => ({ key: "revoked", tone: "alarm", icon: CircleCloseFilled }),
};
const UNKNOWN: Mark = { key: "unknown", tone: "alarm", icon: QuestionFilled };

/** `isUnknown`: the last question was not answered, so that nothing older may be shown as if it were true. */
export function markOf(status: SyncStatus, isUnknown = false): Mark {
  if (isUnknown) return UNKNOWN;
  const isFlowing = status.state === "agreed" || status.state === "running";
  if (isFlowing && status.refused > 0) return { key: "refused", tone: "alarm", icon: WarningFilled, n: status.refused };
  return MARKS[status.state](status);
}

export type Reader = { isSettler: boolean; isHead: boolean };

/** What waits for this person: the trays for those who keep records, the alarms for those who answer for the place. */
export function waitingFor(status: SyncStatus | undefined, { isSettler, isHead }: Reader): number {
  if (!status) return 0;
  return (isSettler ? traysOf(status) : 0) + (isHead ? status.alarms : 0);
}

export function traysOf({ conflicts, refused }: SyncStatus): number {
  return conflicts + refused;
}
