// Registering somebody: a name to call by and a type are enough. Looks for people who may be the same while it is typed.
import { reactive, ref } from "vue";
import { call } from "../../api/call";
import type { VisitorHit } from "../../api/generated";
import { useTry } from "../../parts/useTry";
import { draftOf, useLookalikes } from "../visitors/useLookalikes";

export function useVisitorForm(typed: string) {
  const { failure, busy, attempt } = useTry();
  const form = reactive({ ...startOf(typed.trim()), visitor_type: "01", platform: "", name: "", work_area: "" });
  const consent = ref(false);
  const { hits: lookalikes } = useLookalikes(() => draftOf(form));

  function save(saved: (visitor: VisitorHit) => void): void {
    void attempt(async () => {
      const { alias, platform, name, phone } = draftOf(form);
      const work_area = form.work_area.trim() || null;
      const personal = { alias, platform, name, phone, work_area, consent_given: consent.value };
      saved(await call("visitor_add", { ...personal, visitor_type: form.visitor_type }));
    });
  }
  return { form, consent, lookalikes, failure, busy, save };
}

/** What stood in the search field begins the form: a phone number, a name in Chinese, but no pinyin. */
function startOf(typed: string): { alias: string; phone: string } {
  if (/^[\d\s-]+$/.test(typed)) return { alias: "", phone: typed.length > 6 ? typed : "" };
  return { alias: /^[\u0020-\u007e]*$/.test(typed) ? "" : typed, phone: "" };
}
