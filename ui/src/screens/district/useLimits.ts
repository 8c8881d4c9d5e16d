// Within what time a problem is to be accepted, handled and verified, by level; and how such a time reads.
import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { useI18n } from "vue-i18n";
import { call } from "../../api/call";
import type { Limit, LimitUnit, Stage } from "../../api/generated";

export const STAGES: Stage[] = ["accept", "handle", "verify"];
export const UNITS: LimitUnit[] = ["minute", "open_hour", "workday"];

export function useLimits() {
  const { t } = useI18n();
  const query = useQuery({ queryKey: ["shared", "limits"], queryFn: () => call("limit_list", null) });
  const levels = computed(() => [...new Set((query.data.value ?? []).map(({ level }) => level))]);
  const limitOf = (level: string, stage: Stage) =>
    query.data.value?.find((limit) => limit.level === level && limit.stage === stage);
  const limitWord = ({ amount, unit }: Limit) =>
    amount === 0 ? t("publish.at_once") : t(`publish.in_${unit}`, { n: amount }, amount);
  return { query, levels, limitOf, limitWord };
}
