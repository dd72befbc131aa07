"""A small service: send it an image file, get the restored one back.

pip install fastapi uvicorn
CHECKPOINT=epoch_6.pth uvicorn service:app
curl --data-binary @noisy.png http://localhost:8000/restore --output restored.png

CHECKPOINT may be the checkpoint of a training, an exported file or the name of released weights.
"""

from __future__ import annotations

import io
import os

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from PIL import Image

import mmrestore

app = FastAPI()
restorer = mmrestore.load(os.environ['CHECKPOINT'])  # several threads may call it


@app.post('/restore')
async def restore(request: Request) -> Response:
    """Restore the image file in the body; the answer is a file of the same format."""
    image = await request.body()
    try:
        restored = await run_in_threadpool(restorer, image)
    except ValueError as error:  # no image, or one that the network cannot take
        raise HTTPException(422, str(error)) from error
    media_type = Image.open(io.BytesIO(restored)).get_format_mimetype()
    return Response(restored, media_type=media_type)
