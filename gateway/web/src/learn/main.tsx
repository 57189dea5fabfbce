import "./learn.css";

import { strings } from "../strings";
import { Frame } from "../ui/frame";
import { startPage } from "../ui/start_page";
import { Learn } from "./learn";

startPage((page) => (
  <Frame page={page} current="learn">
    <h1>{strings.learn.title}</h1>
    <Learn page={page} />
  </Frame>
));
