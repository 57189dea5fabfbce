import { strings } from "../strings";
import { Frame } from "../ui/frame";
import { startPage } from "../ui/start_page";

startPage((page) => (
  <Frame page={page} current={"home"}>
    <h1>{strings.common.pages.home}</h1>
  </Frame>
));
