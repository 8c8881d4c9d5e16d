// The period that is looked at, its table, and what is opened below a figure of it.
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, ref } from "vue";
import { call } from "../../api/call";
import type { ReportQuery, Step } from "../../api/generated";
import { dateOn } from "../../parts/dates";
import type { Cut } from "./columns";
import { type Period, type Preset, isInOrder, periodFor, periodOf } from "./period";

/** What lies below one figure: its days, its name, and one or several cuts of the register. */
export type Opened = { period: Period; name: string; figure: number; cuts: Cut[] };

export function useReport(mayRead: () => boolean) {
  const today = dateOn(Date.now());
  const query = ref<ReportQuery>({ step: "day", ...periodFor("day", today) });
  const opened = ref<Opened | null>(null);
  const isLegal = computed(() => isInOrder(query.value));
  const table = useQuery({
    queryKey: ["visit", "service", "visitor", "station", "report", query],
    queryFn: () => call("report_table", query.value),
    enabled: () => mayRead() && isLegal.value,
    placeholderData: keepPreviousData,
  });

  function step(next: Step): void {
    query.value = { step: next, ...periodFor(next, today) };
  }
  function preset(name: Preset): void {
    query.value = { step: name === "this_year" ? "month" : "day", ...periodOf(name, today) };
  }
  function span(change: Partial<Period>): void {
    query.value = { ...query.value, ...change };
  }
  return { query, table, opened, isLegal, step, preset, span };
}
