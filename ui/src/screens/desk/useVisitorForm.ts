// Registering somebody: a name to call by and a type are enough. Looks for people who may be the same while it is typed.
import { onBeforeUnmount, reactive, ref, watch } from "vue";
import { call } from "../../api/call";
import type { VisitorHit } from "../../api/generated";
import { useTry } from "../../parts/useTry";

const LOOK_AFTER_MS = 300;

export function useVisitorForm(typed: string) {
  const { failure, busy, attempt } = useTry();
  const form = reactive({ ...startOf(typed.trim()), visitor_type: "01", platform: "", name: "", work_area: "" });
  const consent = ref(false);
  const lookalikes = ref<VisitorHit[]>([]);
  let looking = 0;

  const optional = () => ({
    platform: form.platform || null,
    name: form.name.trim() || null,
    phone: form.phone.trim() || null,
  });

  /** A warning only: a look-up that fails takes nothing from the form. */
  async function look(): Promise<void> {
    const draft = { visitor_id: null, alias: form.alias.trim(), ...optional() };
    const isEnough = draft.alias.length > 1 || draft.phone !== null || draft.name !== null;
    lookalikes.value = isEnough ? await call("visitor_lookalikes", draft).catch(() => []) : [];
  }
  watch(
    () => [form.alias, form.name, form.phone, form.platform],
    () => {
      window.clearTimeout(looking);
      looking = window.setTimeout(() => void look(), LOOK_AFTER_MS);
    },
    { immediate: true },
  );
  onBeforeUnmount(() => window.clearTimeout(looking));

  function save(saved: (visitor: VisitorHit) => void): void {
    void attempt(async () => {
      const { alias, visitor_type } = form;
      const work_area = form.work_area.trim() || null;
      const request = { alias, visitor_type, work_area, consent_given: consent.value, ...optional() };
      saved(await call("visitor_add", request));
    });
  }
  return { form, consent, lookalikes, failure, busy, save };
}

/** What stood in the search field begins the form: a phone number, a name in Chinese, but no pinyin. */
function startOf(typed: string): { alias: string; phone: string } {
  if (/^[\d\s-]+$/.test(typed)) return { alias: "", phone: typed.length > 6 ? typed : "" };
  return { alias: /^[\u0020-\u007e]*$/.test(typed) ? "" : typed, phone: "" };
}
