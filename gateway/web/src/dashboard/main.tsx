import "./dashboard.css";

import { Frame } from "../ui/frame";
import { startPage } from "../ui/start_page";
import { Dashboard } from "./dashboard";

startPage((page) => (
  <Frame page={page} current="dashboard">
    <Dashboard page={page} />
  </Frame>
));
