/** What few texts need, and what is large. */
import { lazy } from "../browser/lazy";

export const highlighter = lazy(() => import("./highlight"));
export const formulas = lazy(() => import("./math"));
