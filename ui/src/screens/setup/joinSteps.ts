// Which steps a person sees on each way, and at which one it is.
import type { JoinStep } from "../../api/generated";
import type { JoinWay } from "./arrival";

export type ShownStep = "ask" | "compare" | "pull";

/** The recovery key proves what otherwise two people compare. */
export const STEPS: Record<JoinWay, ShownStep[]> = {
  join: ["ask", "compare", "pull"],
  recover: ["ask", "pull"],
};

export function shownStep(step: JoinStep): ShownStep {
  if (step === "waiting_for_keys") return "compare";
  return step === "pulling" || step === "done" ? "pull" : "ask";
}
