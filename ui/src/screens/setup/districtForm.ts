// What is asked to make this PC a desk of the district's office, and when it may be sent. Sends nothing.
import type { DistrictFound } from "../../api/generated";
import { type HubForm, emptyHubForm, isWhole, toHubRequest } from "../sync/hubForm";
import { PASSWORD_MIN_CHARS } from "./setupForm";

export type DistrictForm = HubForm & { officer: string; password: string; password2: string };

/** Field and the key of the sentence that says what is missing; `hub` stands for what is asked to reach it. */
export type DistrictFaults = Partial<Record<"hub" | "officer" | "password" | "password2", string>>;

export function emptyDistrictForm(): DistrictForm {
  return { ...emptyHubForm(), officer: "", password: "", password2: "" };
}

export function districtFaults(form: DistrictForm): DistrictFaults {
  return {
    ...(!isWhole(form) && { hub: "sync.form_fault" }),
    ...(!form.officer.trim() && { officer: "setup.needed" }),
    ...([...form.password].length < PASSWORD_MIN_CHARS && { password: "error.password_too_short" }),
    ...(form.password !== form.password2 && { password2: "setup.password_differs" }),
  };
}

export function toDistrictRequest(form: DistrictForm): DistrictFound {
  return { ...toHubRequest(form), officer_name: form.officer.trim(), password: form.password };
}
