"""A person writes in French and gets help; a counsellor takes over, answers, hands back. In two real browsers."""

from __future__ import annotations

import re

from playwright.async_api import ViewportSize, expect

from tests.chromium import chromium, picture
from tests.endtoend.conftest import PASSWORD, Baken

expect.set_options(timeout=15_000)


async def test_from_a_sentence_to_a_counsellor_and_back(baken: Baken) -> None:
    assert baken.run("counsellor", "add", "Anna", answer=f"{PASSWORD}\n").returncode == 0
    async with chromium() as browser:
        phone = await browser.new_context(viewport=ViewportSize(width=390, height=844), locale="fr-BE")
        desk = await browser.new_context(viewport=ViewportSize(width=1280, height=800), locale="en-GB")
        person, counsellor = await phone.new_page(), await desk.new_page()

        await counsellor.goto(f"{baken.url}/console")
        await counsellor.get_by_label("Name").fill("Anna")
        await counsellor.get_by_label("Password").fill(PASSWORD)
        await counsellor.get_by_role("button", name="Sign in").click()
        await expect(counsellor).to_have_url(re.compile("/console"))

        await person.goto(baken.url)
        widget = person.locator("baken-chat")
        await widget.locator("button").first.click()
        box = widget.locator("textarea, input[type=text]").first
        await box.fill("mon patron a pris mon passeport")
        await box.press("Enter")
        log = widget.get_by_role("log")
        await expect(log).to_contain_text("PAG-ASA")
        await picture(person, "widget-story.png")

        await box.fill("je veux parler à une vraie personne")
        await box.press("Enter")
        waiting = counsellor.locator("a, button").filter(has_text=re.compile("French|Français|documents", re.I)).first
        await waiting.click()
        await counsellor.get_by_role("button", name="Take this conversation").click()
        await expect(log).to_contain_text("Anna")
        await expect(counsellor.locator("body")).to_contain_text("mon patron a pris mon passeport")

        answer = counsellor.locator("textarea")
        await answer.fill("Bonjour, ici Anna. Êtes-vous en sécurité maintenant ?")
        await counsellor.get_by_role("button", name="Send").click()
        await expect(log).to_contain_text("Êtes-vous en sécurité maintenant")

        await box.fill("oui, je suis seule dans ma chambre")
        await box.press("Enter")
        await expect(counsellor.locator("body")).to_contain_text("seule dans ma chambre")
        await picture(counsellor, "console-story.png")
        await picture(person, "widget-counsellor.png")

        await counsellor.get_by_role("button", name="Hand back to the program").click()
        await expect(log).to_contain_text(re.compile("programme", re.I))
        await box.fill("où trouver un avocat gratuit")
        await box.press("Enter")
        await expect(log).to_contain_text("juridique")
