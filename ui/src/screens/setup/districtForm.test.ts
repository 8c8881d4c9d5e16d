import { expect, test } from "vitest";
import { districtFaults, emptyDistrictForm, toDistrictRequest } from "./districtForm";

const whole = {
  address: "hub.example.cn/",
  code: "abcde-fgh23",
  device_name: " 区里电脑 ",
  officer: " 区级专员甲 ",
  password: "three bees over nine bridges",
  password2: "three bees over nine bridges",
};

test("everything is asked for before the hub is", () =>
  expect(Object.keys(districtFaults(emptyDistrictForm()))).toEqual(["hub", "officer", "password"]));

test("what was typed is sent as the hub understands it", () => {
  expect(districtFaults(whole)).toEqual({});
  expect(toDistrictRequest(whole)).toEqual({
    address: "https://hub.example.cn",
    code: "ABCDEFGH23",
    device_name: "区里电脑",
    officer_name: "区级专员甲",
    password: whole.password,
  });
});

test("two different passwords are told before anything is sent", () =>
  expect(districtFaults({ ...whole, password2: "other" })).toEqual({ password2: "setup.password_differs" }));
