// The counter's logic: one field, the person found, the services chosen, the last act that can be undone.
import { useQuery } from "@tanstack/vue-query";
import { computed, onBeforeUnmount, onMounted, ref } from "vue";
import { call } from "../../api/call";
import type { ServiceItem, VisitorHit } from "../../api/generated";
import { BurstDetector } from "../../parts/burst";
import { useTry } from "../../parts/useTry";
import { groupOf } from "./group";

const SEARCH_AFTER_MS = 120;
const UNDO_FOR_MS = 30_000;
const STRIP_FOR_MS = 10_000;

type Last = { visitId: string; visitorType: string; anonymous: boolean; who: string; joined: boolean };

export function useDesk() {
  const { failure, busy, attempt } = useTry();
  const lists = useQuery({ queryKey: ["station", "codes"], queryFn: () => call("code_lists", null) });
  const day = useQuery({ queryKey: ["visit", "service", "day"], queryFn: () => call("day_summary", null) });
  const text = ref("");
  const hits = ref<VisitorHit[]>([]);
  const searched = ref("");
  const chosen = ref(0);
  const items = ref<string[]>([]);
  const last = ref<Last | null>(null);
  const strip = ref(false);
  const stripItems = ref<string[]>([]);
  const asking = ref<{ code: string; people: number } | null>(null);
  const hit = computed(() => hits.value[chosen.value] ?? null);
  let typing = 0;
  let forgetting = 0;
  let fading = 0;

  function typed(): void {
    window.clearTimeout(typing);
    typing = window.setTimeout(() => void search(), SEARCH_AFTER_MS);
  }

  async function search(): Promise<void> {
    const wanted = text.value.trim();
    const found = wanted.length < 2 ? [] : await call("visitor_search", { text: wanted });
    if (wanted !== text.value.trim()) return;
    hits.value = found;
    searched.value = wanted;
    choose(0);
  }

  function choose(index: number): void {
    chosen.value = index;
    items.value = [...(hits.value[index]?.last_basic_items ?? [])];
  }

  function move(by: number): void {
    if (hits.value.length > 0) choose((chosen.value + by + hits.value.length) % hits.value.length);
  }

  function toggle(item: ServiceItem): void {
    const without = items.value.filter((code) => code !== item.code);
    items.value = without.length < items.value.length ? without : [...items.value, item.code];
  }

  /** Enter may come before the search has answered: what is typed now is what counts. */
  function submit(): void {
    void attempt(async () => {
      window.clearTimeout(typing);
      if (searched.value !== text.value.trim()) await search();
      const person = hit.value;
      if (!person) return;
      const added = await call("visit_add", {
        visitor_id: person.id,
        visitor_type: null,
        people: 1,
        items: items.value,
        separate_reason: null,
      });
      clear();
      remember({
        visitId: added.visit_id,
        visitorType: person.visitor_type,
        anonymous: false,
        who: person.alias,
        joined: added.joined,
      });
    });
  }

  function press(code: string): void {
    const group = groupOf(text.value);
    if (group.kind === "too_large") failure.value = { code: "group_too_large", params: {} };
    else if (group.kind === "group" && group.ask) asking.value = { code, people: group.people };
    else count(code, group.kind === "group" ? group.people : 1, group.kind !== "search");
  }

  function count(code: string, people: number, takesText: boolean): void {
    asking.value = null;
    void attempt(async () => {
      const added = await call("visit_add", {
        visitor_id: null,
        visitor_type: code,
        people,
        items: [],
        separate_reason: null,
      });
      if (takesText) clear();
      remember({ visitId: added.visit_id, visitorType: code, anonymous: true, who: "", joined: false });
    });
  }

  function remember(act: Last): void {
    last.value = act;
    strip.value = act.anonymous;
    stripItems.value = [];
    window.clearTimeout(forgetting);
    forgetting = window.setTimeout(() => (last.value = null), UNDO_FOR_MS);
    keepStrip();
  }

  function keepStrip(): void {
    window.clearTimeout(fading);
    fading = window.setTimeout(() => (strip.value = false), STRIP_FOR_MS);
  }

  function give(item: string): void {
    const visit = last.value;
    if (!visit) return;
    keepStrip();
    void attempt(async () => {
      const given = stripItems.value.includes(item);
      await call(given ? "service_void" : "service_add", { visit_id: visit.visitId, item });
      stripItems.value = given ? stripItems.value.filter((i) => i !== item) : [...stripItems.value, item];
    });
  }

  /** A visit that only took more services onto an earlier one is not voided with them. */
  const canUndo = computed(() => last.value !== null && !last.value.joined);

  function undo(): void {
    const visit = last.value;
    if (!visit || !canUndo.value) return;
    void attempt(async () => {
      await call("visit_void", { visit_id: visit.visitId, reason: "undo" });
      last.value = null;
      strip.value = false;
    });
  }

  const leave = (visit_id: string) => attempt(async () => void (await call("visit_leave", { visit_id })));
  const voidVisit = (visit_id: string) =>
    attempt(async () => void (await call("visit_void", { visit_id, reason: "wrong" })));

  function clear(): void {
    text.value = "";
    hits.value = [];
    searched.value = "";
    items.value = [];
  }

  const scanner = new BurstDetector();
  function listen(event: KeyboardEvent): void {
    const scan = scanner.press({ code: event.code, at: event.timeStamp });
    if (scan) {
      event.preventDefault();
      event.stopPropagation();
      text.value = scan;
      submit();
    } else if (event.ctrlKey && event.code === "KeyZ") {
      event.preventDefault();
      undo();
    }
  }
  onMounted(() => window.addEventListener("keydown", listen, true));
  onBeforeUnmount(() => {
    window.removeEventListener("keydown", listen, true);
    [typing, forgetting, fading].forEach((timer) => window.clearTimeout(timer));
  });

  return {
    failure,
    busy,
    lists,
    day,
    text,
    hits,
    searched,
    chosen,
    items,
    last,
    strip,
    stripItems,
    asking,
    hit,
    canUndo,
    typed,
    choose,
    move,
    toggle,
    submit,
    press,
    count,
    give,
    undo,
    leave,
    voidVisit,
    clear,
  };
}
