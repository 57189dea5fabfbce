import { strings } from "../strings";
import { Frame } from "../ui/frame";
import { startPage } from "../ui/start_page";

startPage((page) => (
  <Frame page={page} current={"dashboard"}>
    <h1>{strings.common.pages.dashboard}</h1>
  </Frame>
));
