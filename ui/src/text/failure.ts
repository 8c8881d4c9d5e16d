import type { Failure } from "../api/generated";
import { i18n } from "./index";

/** The sentence for a failure; a code nobody knows here still gets one. */
export function sentenceOf(failure: Failure): string {
  const { t, te } = i18n.global;
  const field = failure.params["field"];
  const known = field && te(`field.${field}`) ? t(`field.${field}`) : (field ?? "");
  const key = te(`error.${failure.code}`) ? `error.${failure.code}` : "error.internal";
  return t(key, { ...failure.params, field: known });
}
