"""Headless Chromium on the Prefect UI, and the few things a person does there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as conditions
from selenium.webdriver.support.wait import WebDriverWait

SCREENSHOTS = Path(os.environ.get("AFSTEM_SCREENSHOTS", "build/screenshots"))
CALM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1360,1240",
)  # fmt: skip
PATIENCE_SECONDS = 90


class Screen:
    """What a person sees and clicks; each look waits until it is there."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self._browser = browser
        self._url = url

    def open(self, path: str) -> None:
        """Go to a page of the UI, or follow a link of it."""
        self._browser.get(path if path.startswith("http") else f"{self._url}{path}")

    def see(self, text: str) -> None:
        """Wait until this text can be read somewhere."""
        here = (By.XPATH, f"//body//*[text()[contains(., {_quoted(text)})]]")

        def is_there(browser: Chrome) -> bool:
            return any(found.is_displayed() for found in browser.find_elements(*here))

        self._wait().until(is_there, f"not to be seen: {text}")

    def click(self, text: str) -> None:
        """Click on the link that holds this text, or on the button or tab that says just this."""
        words = _quoted(text)
        self._press(f"//a[contains(normalize-space(.), {words})] | //*[text()[normalize-space(.) = {words}]]", text)

    def follow(self, text: str) -> None:
        """Go where the link with this text leads, in this very window."""
        link = self._wait().until(conditions.presence_of_element_located((By.LINK_TEXT, text)), f"no link: {text}")
        self.open(str(link.get_attribute("href")))

    def confirm(self, text: str) -> None:
        """Say the same once more, to the dialog that asks; it lies over the page and goes when it has been answered."""
        buttons = (By.XPATH, f"//button[normalize-space(.) = {_quoted(text)}]")
        self._wait().until(lambda browser: len(browser.find_elements(*buttons)) > 1, f"no dialog: {text}")

        def is_answered(browser: Chrome) -> bool:
            there = browser.find_elements(*buttons)
            if len(there) > 1:
                there[-1].click()
            return len(there) < 2

        self._wait(StaleElementReferenceException, WebDriverException).until(is_answered, f"not confirmed: {text}")

    @property
    def text(self) -> str:
        """All that can be read now."""
        return self._browser.find_element(By.TAG_NAME, "body").text

    @property
    def values(self) -> str:
        """All that stands in the fields of the form, and what is chosen there."""
        fields = self._browser.find_elements(By.CSS_SELECTOR, "input, textarea, select")
        return "\n".join([self.text, *(str(field.get_attribute("value")) for field in fields)])

    def keep(self, name: str) -> None:
        """A screenshot, for whoever looks at the outcome later."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self._browser.save_screenshot(str(SCREENSHOTS / f"{name}.png"))

    def _press(self, path: str, text: str) -> None:
        """Click by script: the UI moves what it shows, and a click by place would miss."""
        here = conditions.element_to_be_clickable((By.XPATH, path))
        for _ in range(3):
            with suppress(StaleElementReferenceException):
                button = self._wait().until(here, f"not to be clicked: {text}")
                self._browser.execute_script("arguments[0].click()", button)
                return

    def _wait(self, *moving: type[Exception]) -> "WebDriverWait[Chrome]":
        ignored = moving or (StaleElementReferenceException,)
        return WebDriverWait(self._browser, PATIENCE_SECONDS, 0.3, ignored)


@contextmanager
def screen(url: str, profile: Path) -> Iterator[Screen]:
    """A browser of its own, with a profile that nobody used before."""
    options = ChromeOptions()
    for argument in (*CALM, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.binary_location = "/usr/bin/chromium"
    browser = Chrome(options, Service("/usr/bin/chromedriver"))
    try:
        yield Screen(browser, url)
    finally:
        browser.quit()


def _quoted(text: str) -> str:
    """A text as XPath takes it."""
    return f'"{text}"' if '"' not in text else f"'{text}'"
