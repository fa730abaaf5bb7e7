"""The librarian's desk: pages for who has an admin key. There are none unless it is turned on."""

from fastapi import APIRouter

from api.routes.desk import adding, correcting, jobs, reports, seeing, signing, upkeep, withdrawing
from api.routes.desk.given import PATH

router = APIRouter(include_in_schema=False)
for module in (signing, adding, upkeep, jobs, reports, correcting, withdrawing, seeing):
    router.include_router(module.router, prefix=PATH)
