// Walks through the pages of the set-up; what was typed stays, whatever fails.
import { computed, reactive, ref } from "vue";
import { call } from "../../api/call";
import type { RecoveryKey } from "../../api/generated";
import { useTry } from "../../parts/useTry";
import { type Faults, PAGES, emptyForm, faultsOf, pageOf, toRequest, twoOf } from "./setupForm";

export function useSetup(emit: { founding: () => void; done: () => void }) {
  const { failure, busy, attempt } = useTry();
  const form = reactive(emptyForm());
  const number = ref(0);
  const faults = ref<Faults>({});
  const groups = ref<string[]>([]);
  const asked = ref<[number, number]>([0, 1]);
  const typed = reactive({ first: "", second: "" });
  const page = computed(() => PAGES[number.value]!);

  function back(): void {
    failure.value = null;
    faults.value = {};
    number.value -= 1;
  }

  function next(): void {
    faults.value = faultsOf(page.value, form);
    if (Object.keys(faults.value).length > 0) return;
    if (page.value === "balances") void found();
    else if (page.value === "recovery") void finish();
    else number.value += 1;
  }

  async function found(): Promise<void> {
    await attempt(async () => {
      emit.founding();
      shown(await call("station_found", toRequest(form)));
    });
    if (failure.value) number.value = PAGES.indexOf(pageOf(failure.value));
  }

  function shown(key: RecoveryKey): void {
    groups.value = key.groups;
    asked.value = twoOf(key.groups.length, Math.random);
    form.password = form.password2 = "";
    number.value = PAGES.indexOf("recovery");
  }

  async function finish(): Promise<void> {
    await attempt(async () => {
      const [first_index, second_index] = asked.value;
      const { first, second } = typed;
      await call("recovery_check", { first_index, first_group: first, second_index, second_group: second });
      emit.done();
    });
  }

  return { form, page, number, faults, failure, busy, groups, asked, typed, back, next };
}
