// The last act at the counter: undone within thirty seconds, and, for somebody nobody registered, given services within ten.
import { computed, onBeforeUnmount, ref } from "vue";
import { call } from "../../api/call";
import type { Given, VisitAdded } from "../../api/generated";

export const UNDO_FOR_MS = 30_000;
export const STRIP_FOR_MS = 10_000;

/** `visitorId` is null for somebody who was counted and not registered. */
export type Last = {
  visitId: string;
  visitorId: string | null;
  visitorType: string;
  who: string;
  people: number;
  joined: boolean;
  items: string[];
};

export function useLast() {
  const last = ref<Last | null>(null);
  const given = ref<Given[]>([]);
  const isStripOpen = ref(false);
  const stripItems = computed(() => given.value.map(({ item }) => item));
  let forgetting = 0;
  let fading = 0;

  function remember(act: Omit<Last, "visitId" | "joined">, added: VisitAdded): void {
    last.value = { ...act, visitId: added.visit_id, joined: added.joined };
    given.value = added.given;
    isStripOpen.value = act.visitorId === null;
    window.clearTimeout(forgetting);
    forgetting = window.setTimeout(forget, UNDO_FOR_MS);
    keepStrip();
  }

  function forget(): void {
    last.value = null;
    given.value = [];
    isStripOpen.value = false;
  }

  function keepStrip(): void {
    window.clearTimeout(fading);
    fading = window.setTimeout(() => (isStripOpen.value = false), STRIP_FOR_MS);
  }

  /** Gives an item to the last visit, or takes it back. */
  async function give(item: string): Promise<void> {
    const visit = last.value;
    if (!visit) return;
    keepStrip();
    const before = given.value.find((one) => one.item === item);
    if (before) {
      await takeBack(visit.visitId, true, [before.service_id]);
      given.value = given.value.filter((one) => one !== before);
    } else {
      const added = (await call("service_add", { visit_id: visit.visitId, item })).given;
      if (added) given.value = [...given.value, added];
    }
  }

  async function undo(): Promise<void> {
    const visit = last.value;
    if (!visit) return;
    const ids = given.value.map(({ service_id }) => service_id);
    await takeBack(visit.visitId, visit.joined, ids);
    forget();
  }

  onBeforeUnmount(() => [forgetting, fading].forEach((timer) => window.clearTimeout(timer)));
  return { last, isStripOpen, stripItems, remember, forget, give, undo };
}

const takeBack = (visit_id: string, joined: boolean, service_ids: string[]) =>
  call("visit_undo", { visit_id, joined, service_ids });
