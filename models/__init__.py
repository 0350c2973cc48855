"""The model store: one folder a model, with model.onnx and model.yaml, and the code that reads it."""
