// The recovery key on screen, and two of its groups typed back from the paper.
import { reactive, ref } from "vue";
import { call } from "../../api/call";
import type { RecoveryKey } from "../../api/generated";
import { twoOf } from "./setupForm";

export function useRecovery() {
  const groups = ref<string[]>([]);
  const asked = ref<[number, number]>([0, 1]);
  const typed = reactive({ first: "", second: "" });

  function show(key: RecoveryKey): void {
    groups.value = key.groups;
    asked.value = twoOf(key.groups.length, Math.random);
  }

  async function check(): Promise<void> {
    const [first_index, second_index] = asked.value;
    const { first, second } = typed;
    await call("recovery_check", { first_index, first_group: first, second_index, second_group: second });
  }

  return { groups, asked, typed, show, check };
}
