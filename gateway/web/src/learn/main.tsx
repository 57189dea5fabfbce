import { strings } from "../strings";
import { Frame } from "../ui/frame";
import { startPage } from "../ui/start_page";

startPage((page) => (
  <Frame page={page} current={"learn"}>
    <h1>{strings.common.pages.learn}</h1>
  </Frame>
));
