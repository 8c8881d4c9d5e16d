// The counter's logic: who stands here, what they get, and how it is counted. Shared by the cards of the front desk.
import { useQuery } from "@tanstack/vue-query";
import { computed, inject, provide, reactive, ref, watch, type InjectionKey } from "vue";
import { call, toFailure } from "../../api/call";
import { SAME_VISIT_MS, type VisitorHit } from "../../api/generated";
import { useTry } from "../../parts/useTry";
import { isCardNo } from "./cardNo";
import { groupOf } from "./group";
import { useFinder } from "./useFinder";
import { useLast } from "./useLast";

export type Desk = ReturnType<typeof useDesk>;
const KEY: InjectionKey<Desk> = Symbol("desk");

export function provideDesk(): Desk {
  const desk = useDesk();
  provide(KEY, desk);
  return desk;
}

export function injectDesk(): Desk {
  const desk = inject(KEY);
  if (!desk) throw new Error("this card stands outside the front desk");
  return desk;
}

export function useDesk() {
  const { failure, busy, attempt } = useTry();
  const finder = useFinder();
  const last = useLast();
  const day = useQuery({ queryKey: ["visit", "service", "day"], queryFn: () => call("day_summary", null) });
  const items = ref<string[]>([]);
  const asking = ref<{ code: string; people: number } | null>(null);

  /** Only basic items of last time are proposed, and only for this person. */
  watch(finder.hit, (hit) => (items.value = [...(hit?.last_basic_items ?? [])]));
  /** The store decides what is the same visit, the screen says it beforehand. */
  const cameMinutesAgo = computed(() => {
    const at = finder.hit.value?.last_visit_at ?? null;
    const past = at === null ? Infinity : Date.now() - at;
    return past < SAME_VISIT_MS ? Math.floor(past / 60_000) : null;
  });

  /** One act after the other: a second press while the first is being written is not lost. */
  let turn = Promise.resolve();
  const inTurn = (act: () => Promise<void>) => void (turn = turn.then(() => attempt(act)));

  const fail = (error: unknown) => (failure.value = toFailure(error));
  function typed(): void {
    failure.value = null;
    finder.typed(fail);
  }

  function move(by: number): void {
    const count = finder.hits.value.length;
    if (count > 0) finder.chosen.value = (finder.chosen.value + by + count) % count;
  }

  function toggle(code: string): void {
    const without = items.value.filter((one) => one !== code);
    items.value = without.length < items.value.length ? without : [...items.value, code];
  }

  /** A card checks in at once. Anybody else was on screen to be looked at before this key was pressed, or is now. */
  function submit(): void {
    inTurn(async () => {
      const wasShown = finder.isFound.value && finder.hit.value !== null;
      if (!finder.isFound.value) await finder.search();
      const person = finder.hit.value;
      if (person && (wasShown || person.is_card)) await checkIn(person, items.value, null);
    });
  }

  async function checkIn(person: VisitorHit, chosen: string[], separate_reason: string | null): Promise<void> {
    const { id, alias, visitor_type } = person;
    const request = { visitor_id: id, visitor_type: null, people: 1, items: chosen, separate_reason };
    const added = await call("visit_add", request);
    clear();
    last.remember({ visitorId: id, visitorType: visitor_type, who: alias, people: 1, items: chosen }, added);
  }

  function scanned(code: string): void {
    if (!isCardNo(code)) {
      failure.value = { code: "card_misread", params: { code } };
      return;
    }
    inTurn(async () => {
      const [person] = await call("visitor_search", { text: code });
      if (!person) failure.value = { code: "card_unknown", params: { code } };
      else await checkIn(person, person.last_basic_items, null);
    });
  }

  /** The override of the hour: for the person on screen, or for the one just added to an earlier visit. */
  function countSeparately(reason: string): void {
    inTurn(async () => {
      const person = finder.hit.value;
      if (person) return checkIn(person, items.value, reason);
      const act = last.last.value;
      if (!act?.joined || !act.visitorId) return;
      const { visitorId, visitorType, who, items: chosen } = act;
      await last.undo();
      const request = { visitor_id: visitorId, visitor_type: null, people: 1, items: chosen, separate_reason: reason };
      const added = await call("visit_add", request);
      last.remember({ visitorId, visitorType, who, people: 1, items: chosen }, added);
    });
  }

  function press(code: string): void {
    const group = groupOf(finder.text.value);
    if (group.kind === "too_large") failure.value = { code: "group_too_large", params: {} };
    else if (group.kind === "group" && group.ask) asking.value = { code, people: group.people };
    else count(code, group.kind === "group" ? group.people : 1);
  }

  /** A tile takes no services: the chips on screen belong to the person on screen. */
  function count(code: string, people: number): void {
    asking.value = null;
    inTurn(async () => {
      const request = { visitor_id: null, visitor_type: code, people, items: [], separate_reason: null };
      const added = await call("visit_add", request);
      if (groupOf(finder.text.value).kind === "group") clear();
      last.remember({ visitorId: null, visitorType: code, who: "", people, items: [] }, added);
    });
  }

  const give = (item: string) => inTurn(() => last.give(item));
  const undo = () => inTurn(() => last.undo());
  const leave = (visit_id: string) => inTurn(async () => void (await call("visit_leave", { visit_id })));

  function clear(): void {
    finder.clear();
    items.value = [];
    failure.value = null;
  }

  return reactive({
    ...finder,
    ...last,
    failure,
    busy,
    day,
    items,
    asking,
    cameMinutesAgo,
    typed,
    move,
    toggle,
    submit,
    scanned,
    countSeparately,
    press,
    count,
    give,
    undo,
    leave,
    clear,
  });
}
