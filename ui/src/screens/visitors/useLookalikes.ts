// Who is registered already and looks like what is being typed; asked for after a pause, the last answer wins.
import { onBeforeUnmount, ref, watch } from "vue";
import { call } from "../../api/call";
import type { VisitorDraft, VisitorHit } from "../../api/generated";

const ASK_AFTER_MS = 300;

export function useLookalikes(draft: () => VisitorDraft) {
  const hits = ref<VisitorHit[]>([]);
  let waiting = 0;
  let asked = 0;

  async function ask(): Promise<void> {
    const turn = (asked += 1);
    const wanted = draft();
    // A warning that cannot be had is no reason to stop typing: saving says what is wrong.
    const found = isWorthAsking(wanted) ? await call("visitor_lookalikes", wanted).catch(() => []) : [];
    if (turn === asked) hits.value = found;
  }
  watch(
    draft,
    () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => void ask(), ASK_AFTER_MS);
    },
    { deep: true, immediate: true },
  );
  onBeforeUnmount(() => window.clearTimeout(waiting));
  return { hits };
}

/** One character of a name is everybody; four digits of a phone are somebody. */
export function isWorthAsking(draft: VisitorDraft): boolean {
  const digits = (draft.phone ?? "").replace(/\D/g, "");
  return draft.alias.trim().length >= 2 || (draft.name ?? "").trim().length >= 2 || digits.length >= 4;
}

/** Nothing typed is nothing, not an empty text. */
export function draftOf(form: { alias: string; platform: string; name: string; phone: string }, visitorId?: string) {
  return {
    visitor_id: visitorId ?? null,
    alias: form.alias,
    platform: form.platform || null,
    name: form.name.trim() || null,
    phone: form.phone.trim() || null,
  };
}
