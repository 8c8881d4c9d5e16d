// The locked desk goes on counting: by tile, by group, by card. It says a type and never a person.
import { onBeforeUnmount, ref } from "vue";
import { call } from "../../api/call";
import { useTry } from "../../parts/useTry";
import { groupOf } from "../desk/group";
import { isCardNo, looksLikeCard } from "../desk/cardNo";

const SAID_FOR_MS = 10_000;
type Counted = { type: string; people: number; joined: boolean };

export function useCounting() {
  const { failure, attempt } = useTry();
  const number = ref("");
  const counted = ref<Counted | null>(null);
  const asking = ref<{ code: string; people: number } | null>(null);
  let turn = Promise.resolve();
  let fading = 0;
  const inTurn = (act: () => Promise<void>) => void (turn = turn.then(() => attempt(act)));

  function say(said: Counted): void {
    counted.value = said;
    window.clearTimeout(fading);
    fading = window.setTimeout(() => (counted.value = null), SAID_FOR_MS);
  }

  function press(code: string): void {
    const group = groupOf(number.value);
    if (group.kind === "one") count(code, 1);
    else if (group.kind !== "group") failure.value = { code: "group_too_large", params: {} };
    else if (group.ask) asking.value = { code, people: group.people };
    else count(code, group.people);
  }

  function count(code: string, people: number): void {
    asking.value = null;
    inTurn(async () => {
      const request = { visitor_id: null, visitor_type: code, people, items: [], separate_reason: null };
      await call("visit_add", request);
      number.value = "";
      say({ type: code, people, joined: false });
    });
  }

  /** Answers whether it was a card at all: only then the scanner's letters leave the field they fell into. */
  function scanned(code: string): boolean {
    if (!looksLikeCard(code)) return false;
    if (!isCardNo(code)) failure.value = { code: "card_misread", params: { code } };
    else
      inTurn(async () => {
        const { visitor_type, joined } = await call("card_count", { card_no: code });
        say({ type: visitor_type, people: 1, joined });
      });
    return true;
  }

  onBeforeUnmount(() => window.clearTimeout(fading));
  return { failure, number, counted, asking, press, count, scanned };
}
