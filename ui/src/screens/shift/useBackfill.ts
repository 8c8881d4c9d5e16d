// A page of the paper register, typed line by line: what was typed stays until it is saved, what was saved is shown.
import { computed, reactive, ref } from "vue";
import { call } from "../../api/call";
import { dateOn, momentOf } from "../../parts/dates";
import { useTry } from "../../parts/useTry";

export type SavedLine = { visitId: string; time: string; visitorType: string; people: number; items: string[] };

/** 905, 0905, 9:05 and 09:05 are the same time; anything else is none. */
export function timeOf(typed: string): string | null {
  const match = /^(\d{1,2})[:：.]?(\d{2})$/.exec(typed.trim());
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || hour > 23 || minute > 59) return null;
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

export function useBackfill() {
  const { failure, busy, attempt } = useTry();
  const on = ref(dateOn(Date.now()));
  const line = reactive({ time: "", visitor_type: "01", people: "1", items: [] as string[] });
  const saved = ref<SavedLine[]>([]);
  const isComplete = computed(() => line.time.trim() !== "");

  async function save(): Promise<boolean> {
    const count = saved.value.length;
    await attempt(async () => {
      const time = timeOf(line.time);
      if (!time) throw { code: "invalid_field", params: { field: "at" } };
      if (!/^\d{1,2}$/.test(line.people.trim())) throw { code: "invalid_field", params: { field: "people" } };
      const written = { visitor_type: line.visitor_type, people: Number(line.people), items: [...line.items] };
      const { visit_id } = await call("backfill_add", { at: momentOf(on.value, time), ...written });
      const { visitor_type, ...rest } = written;
      saved.value = [{ visitId: visit_id, time, visitorType: visitor_type, ...rest }, ...saved.value];
      Object.assign(line, { time: "", people: "1", items: [] });
    });
    return saved.value.length > count;
  }

  function remove(visit_id: string): void {
    void attempt(async () => {
      await call("visit_void", { visit_id, reason: "wrong_line" });
      saved.value = saved.value.filter(({ visitId }) => visitId !== visit_id);
    });
  }
  return { on, line, saved, isComplete, failure, busy, save, remove };
}
